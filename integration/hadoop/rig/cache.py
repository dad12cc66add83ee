"""Where jars, a class-data archive and formatted images are kept between rigs, outside the checkout."""

import os


class Cache:
    """The part of the cache for one Hadoop version."""

    def __init__(self, version: str):
        self.version = version
        self.directory = os.path.join(root(), version)
        # Jars, the launcher among them.
        self.jars = os.path.join(self.directory, "jars")
        # What one run of every kind of daemon left behind:
        self.recorded = os.path.join(self.directory, "recorded")
        # the class-data archive of all of them together, and
        self.archive = os.path.join(self.recorded, "classes.jsa")
        # what a freshly formatted NameNode, JournalNode and ZooKeeper store.
        self.images = os.path.join(self.recorded, "images")
        # What all of it was made from; there only when it is complete.
        self.ready = os.path.join(self.directory, "ready")

    @staticmethod
    def ports() -> str:
        """Which rig has which ports."""
        return os.path.join(root(), "ports")

    @staticmethod
    def rigs() -> str:
        """Directories of rigs for which no other was asked."""
        return os.path.join(root(), "rigs")


def root() -> str:
    """The cache of all versions. Root's is where the accounts that daemons run under can read it."""
    chosen = os.environ.get("WEFT_HADOOP_CACHE")
    if chosen:
        return os.path.abspath(chosen)
    if os.getuid() == 0:
        return "/var/cache/weft/hadoop"
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "weft", "hadoop")
