"""What is wrong with customers' files, until it is mended: a number that is another's, a file that
was opened without what it must have (V25). The review of files builds upon this."""

from db.models import IssueKind, IssueState
from services.file_issues.closing import CloseIssue, CloseMended, close, close_mended
from services.file_issues.listing import IssueLine, counted, of_file, page

__all__ = [
    "CloseIssue",
    "CloseMended",
    "IssueKind",
    "IssueLine",
    "IssueState",
    "close",
    "close_mended",
    "counted",
    "of_file",
    "page",
]
