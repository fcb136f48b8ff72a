"""The table: a widget that holds a frame in the kernel and sends the page only the rows in view."""
