"""The adapter `push`: a forum, an app or a chat whose owner sends its posts and takes the answers."""
