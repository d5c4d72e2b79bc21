//! The metrics that every run has: names, kinds and identities.

use crate::registry::{Contains, Kind, MetricId};

macro_rules! builtin {
    ($($id:ident = $number:literal, $name:literal, $kind:ident, $contains:ident, $doc:literal;)*) => {
        $(#[doc = $doc] pub const $id: MetricId = MetricId($number);)*
        /// All of them, in the order of their identities.
        pub(crate) const ALL: &[(&str, Kind, Contains)] = &[$(($name, Kind::$kind, Contains::$contains)),*];
    };
}

builtin! {
    VUS = 0, "vus", Gauge, Default, "Users that take part in a scenario.";
    VUS_MAX = 1, "vus_max", Gauge, Default, "Users that are made.";
    ITERATIONS = 2, "iterations", Counter, Default, "Whole iterations.";
    ITERATION_DURATION = 3, "iteration_duration", Trend, Time, "How long whole iterations took, in milliseconds.";
    DROPPED_ITERATIONS = 4, "dropped_iterations", Counter, Default, "Iterations that were due and never started.";
    CHECKS = 5, "checks", Rate, Default, "Checks that held.";
    GROUP_DURATION = 6, "group_duration", Trend, Time, "How long groups took, in milliseconds.";
    HTTP_REQS = 7, "http_reqs", Counter, Default, "Requests, redirects included.";
    HTTP_REQ_DURATION = 8, "http_req_duration", Trend, Time, "Sending, waiting and receiving, in milliseconds.";
    HTTP_REQ_BLOCKED = 9, "http_req_blocked", Trend, Time, "Waiting for a connection, in milliseconds.";
    HTTP_REQ_CONNECTING = 10, "http_req_connecting", Trend, Time, "TCP connecting, in milliseconds.";
    HTTP_REQ_TLS_HANDSHAKING = 11, "http_req_tls_handshaking", Trend, Time, "TLS handshakes, in milliseconds.";
    HTTP_REQ_SENDING = 12, "http_req_sending", Trend, Time, "Sending the request, in milliseconds.";
    HTTP_REQ_WAITING = 13, "http_req_waiting", Trend, Time, "Waiting for the first byte, in milliseconds.";
    HTTP_REQ_RECEIVING = 14, "http_req_receiving", Trend, Time, "Receiving the response, in milliseconds.";
    HTTP_REQ_FAILED = 15, "http_req_failed", Rate, Default, "Requests whose status was not expected.";
    DATA_SENT = 16, "data_sent", Counter, Data, "Bytes sent on the wire.";
    DATA_RECEIVED = 17, "data_received", Counter, Data, "Bytes received on the wire.";
    HTTP_REQ_RESPONSE_TIME = 18, "http_req_response_time", Trend, Time, "Duration plus the time that the iteration started late, of arrival rates, in milliseconds.";
    WS_SESSIONS = 19, "ws_sessions", Counter, Default, "WebSocket sessions.";
    WS_MSGS_SENT = 20, "ws_msgs_sent", Counter, Default, "WebSocket messages sent.";
    WS_MSGS_RECEIVED = 21, "ws_msgs_received", Counter, Default, "WebSocket messages received.";
    WS_PING = 22, "ws_ping", Trend, Time, "From ping to pong, in milliseconds.";
    WS_SESSION_DURATION = 23, "ws_session_duration", Trend, Time, "How long sessions lasted, in milliseconds.";
    WS_CONNECTING = 24, "ws_connecting", Trend, Time, "WebSocket connecting, in milliseconds.";
    GRPC_REQ_DURATION = 25, "grpc_req_duration", Trend, Time, "gRPC calls, in milliseconds.";
}
