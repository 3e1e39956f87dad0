"""The stand-in eHealth services, their PKI, their web server and a software card."""
