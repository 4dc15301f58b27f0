"""What leaves the platform for people: text messages, by a port with several ways."""
