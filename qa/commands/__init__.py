"""What each command does and prints; ``qa.cli`` holds the options and the errors."""
