"""What a provider file may say of a sender: where its door is, how its files are named and what their cells mean."""
