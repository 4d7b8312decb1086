"""NodeBB (https://nodebb.org): the JSON twin of its pages, and the write API that came with 1.15."""
