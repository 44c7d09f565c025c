"""Why an uploaded file is not read, one class per fact, and the limits that some of them name.

Every sentence says what the person at the screen can do next.
"""

from dataclasses import dataclass

from services.core.errors import InvalidInput
from services.core.words import N_

MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one upload may be. Sizes in bytes; a "member" is one file inside a ZIP."""

    file_bytes: int = 50 * MB
    unpacked_bytes: int = 200 * MB
    members: int = 2_000
    ratio: int = 100
    ratio_from_bytes: int = 1 * MB
    rows: int = 100_000
    columns: int = 200
    cells: int = 5_000_000  # area of the sheet: the reader keeps empty cells too
    cell_chars: int = 32_767  # what Excel itself allows
    text_chars: int = 100_000_000  # all cells together, repeated texts counted each time
    line_chars: int = 1_000_000  # one physical line of a CSV
    record_lines: int = 1_000  # one CSV record, over quoted line breaks


class UnreadableFile(InvalidInput):
    """The file cannot be read as a table. Nothing of it was kept."""

    msgid = N_("The file cannot be read")


class EmptyFile(UnreadableFile):
    msgid = N_("The file is empty. Choose a file with a header and at least one row")


class FileTooLarge(UnreadableFile):
    msgid = N_("The file is larger than {limit} MB. Split it and try again")


class WrongExtension(UnreadableFile):
    msgid = N_("Only .xlsx, .xls, .csv, .tsv and .txt files can be read. Save the table as .xlsx")


class TypeDisagrees(UnreadableFile):
    msgid = N_(
        "The file name says {says}, but the file holds {holds}. "
        "Open it in Excel and save it as .xlsx"
    )


class NotATable(UnreadableFile):
    msgid = N_("This is a {holds} file, not a table. Upload .xlsx, .xls or .csv")


class NotAWorkbook(UnreadableFile):
    msgid = N_("The file holds no Excel workbook. Open it in Excel and save it as .xlsx")


class PasswordProtected(UnreadableFile):
    msgid = N_("The workbook is protected by a password. Save it without a password and try again")


class OldOrProtected(UnreadableFile):
    msgid = N_(
        "The workbook is in the old .xls form or protected by a password. "
        "Save it as .xlsx without a password"
    )


class HoldsMacros(UnreadableFile):
    msgid = N_("The workbook holds macros. Save it as .xlsx without macros and try again")


class DamagedFile(UnreadableFile):
    msgid = N_("The file is damaged. Open it in Excel, save it as a new .xlsx and try again")


class UnsafeFile(UnreadableFile):
    msgid = N_(
        "The file is built in a way that Excel never uses. "
        "Copy the table into a new workbook and upload that"
    )


class UnpacksTooLarge(UnreadableFile):
    msgid = N_(
        "The workbook is far larger inside than the file. "
        "Copy the table into a new workbook and upload that"
    )


class TooManyRows(UnreadableFile):
    msgid = N_("The table has more than {limit} rows. Split it and try again")


class TooManyColumns(UnreadableFile):
    msgid = N_("Row {row} has more than {limit} columns. Delete the columns you do not need")


class TooScattered(UnreadableFile):
    msgid = N_(
        "The sheet reaches as far as cell {cell}. Delete what stands outside of the table, "
        "or copy the table into a new workbook"
    )


class TooMuchText(UnreadableFile):
    msgid = N_("The table holds more text than can be read at once. Split it and try again")


class CellTooLong(UnreadableFile):
    msgid = N_("A cell in row {row} holds more than {limit} characters. Shorten it and try again")


class LineTooLong(UnreadableFile):
    msgid = N_("Line {row} is longer than {limit} characters. Check the line breaks of the file")


class QuoteNotClosed(UnreadableFile):
    msgid = N_("The quotation marks in line {row} do not match. Correct the line and try again")


class NotText(UnreadableFile):
    msgid = N_("The file holds characters that no text has. Save the table as .xlsx and try again")


class EncodingUnclear(UnreadableFile):
    msgid = N_(
        "The characters of the file cannot be told with certainty. "
        'Save it as .xlsx or as "CSV UTF-8" and try again'
    )


class BrokenCharacters(UnreadableFile):
    msgid = N_(
        "Line {row} is damaged: its characters are not complete. Save the file again as .xlsx"
    )


class SeparatorNote(UnreadableFile):
    msgid = N_('The first line is a note for Excel ("sep="). Delete the line and try again')


class NothingInside(UnreadableFile):
    msgid = N_("No visible sheet holds any cell. Choose a file with a header and rows")


class NoSuchSheet(UnreadableFile):
    msgid = N_("The workbook has no visible sheet named {sheet}")


class NoRows(UnreadableFile):
    msgid = N_("There is no row below the header in row {row}. Choose a file with rows")


class ColumnsAlike(UnreadableFile):
    msgid = N_("All columns are called {name}. Give each column a name of its own in row {row}")


class CellsMerged(UnreadableFile):
    msgid = N_("The cells {cells} are merged. Undo the merging, fill each cell and try again")


class FormulaWithoutResult(UnreadableFile):
    msgid = N_(
        "Cell {cell} holds a formula without its result. "
        "Open the file in Excel, save it and try again"
    )
