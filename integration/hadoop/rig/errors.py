"""The one way in which a command of the rig fails."""


class RigError(Exception):
    """A sentence for the user: what was being done, what was found, what to do next."""
