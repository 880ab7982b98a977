"""Look through a sender's door, be it a folder, a server, a bucket or an API, and take the files it holds."""
