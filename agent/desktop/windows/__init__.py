"""The windows: Tk shows pages and hands answers back; what happens is decided elsewhere. Each window is a process."""
