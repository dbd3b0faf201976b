"""The error of knowledge that cannot be used as it is written."""


class KnowledgeError(Exception):
    """A file of knowledge is wrong; the message names the file or item and what to change."""
