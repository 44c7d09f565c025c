"""What an operation cannot cost less than: the same widgets from constants, in the same shell."""
