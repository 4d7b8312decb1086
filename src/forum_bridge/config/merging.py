"""Lays ``defaults`` under every forum: groups are joined key by key, everything else is replaced."""

from __future__ import annotations

from forum_bridge.config.tree import Tree


def merged(tree: dict[str, Tree]) -> dict[str, Tree]:
    """Return the tree with each forum laid over ``defaults``; parts of the wrong kind stay as they are."""
    defaults, forums = tree.get("defaults"), tree.get("forums")
    if not isinstance(defaults, dict) or not isinstance(forums, dict):
        return tree
    return {**tree, "forums": {name: laid_over(defaults, forum) for name, forum in forums.items()}}


def laid_over(below: Tree, above: Tree) -> Tree:
    """Return ``above``, completed from ``below`` where both are groups."""
    if isinstance(below, dict) and isinstance(above, dict):
        joined = {key: laid_over(value, above[key]) if key in above else value for key, value in below.items()}
        return joined | {key: value for key, value in above.items() if key not in below}
    return above
