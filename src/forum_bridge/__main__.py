"""`python -m forum_bridge` is the command `forum-bridge`."""

from forum_bridge.cli import main

if __name__ == "__main__":
    main()
