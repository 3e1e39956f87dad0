"""A stand-in for the eHealth services, as strict as they should be, with authorities of its own."""
