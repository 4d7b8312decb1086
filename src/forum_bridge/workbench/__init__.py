"""Where an adapter is fitted to a forum: it recognises engines, guesses presets and shows what a preset reads. It
writes nothing on any forum, and reads as politely as the bridge itself."""
