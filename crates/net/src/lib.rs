//! DNS, sockets, TLS, HTTP/1.1 and HTTP/2 with exact timing.
