"""What stands around every page: the menu, the address, sizes for a desk and for a room.
It knows no run and no page's subject; everything that draws may use it."""
