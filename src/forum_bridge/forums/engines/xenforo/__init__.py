"""The adapter `xenforo`: its REST API of 2.1 to 2.3 (https://docs.xenforo.com/api), read and written with a key."""
