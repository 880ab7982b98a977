"""When: each file here reads like a timetable, and holds no logic of its own."""
