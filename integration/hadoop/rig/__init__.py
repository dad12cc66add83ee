"""Real Hadoop daemons on one machine, for tests. Start reading at `life.py`."""
