//! The metrics that are always there: one table, and a constant for the place of each row in it.
//!
//! Names, kinds and meanings are k6's, except those marked as our own. Samples of them are made elsewhere.

use crate::registry::{Contains, Kind, MetricId};

/// One row of the table.
pub(crate) struct Row {
    pub name: &'static str,
    pub kind: Kind,
    pub contains: Contains,
}

macro_rules! builtins {
    ($($id:ident $name:literal $kind:ident $contains:ident $doc:literal;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "they number the constants below")]
        enum Place { $($id),* }
        $(#[doc = $doc] pub const $id: MetricId = MetricId(Place::$id as u32);)*
        /// All rows; a row's place is its id.
        pub(crate) const TABLE: &[Row] =
            &[$(Row { name: $name, kind: Kind::$kind, contains: Contains::$contains }),*];
    };
}

// Frames name these metrics by place alone: rows are added at the end, or the version of frames is raised.
builtins! {
    VUS "vus" Gauge Default "Virtual users that run iterations.";
    VUS_MAX "vus_max" Gauge Default "Virtual users that exist.";
    ITERATIONS "iterations" Counter Default "Iterations that came to their end, by an exception too.";
    ITERATION_DURATION "iteration_duration" Trend Time "How long whole iterations took.";
    DROPPED_ITERATIONS "dropped_iterations" Counter Default "Iterations that should have started and had no user.";
    CHECKS "checks" Rate Default "Checks that held.";
    GROUP_DURATION "group_duration" Trend Time "How long groups took.";
    HTTP_REQS "http_reqs" Counter Default "Requests, each redirect for itself.";
    HTTP_REQ_DURATION "http_req_duration" Trend Time "Sending, waiting and receiving together.";
    HTTP_REQ_BLOCKED "http_req_blocked" Trend Time "Waiting for a free connection.";
    HTTP_REQ_CONNECTING "http_req_connecting" Trend Time "Opening the connection.";
    HTTP_REQ_TLS_HANDSHAKING "http_req_tls_handshaking" Trend Time "The TLS handshake.";
    HTTP_REQ_SENDING "http_req_sending" Trend Time "Sending the request.";
    HTTP_REQ_WAITING "http_req_waiting" Trend Time "From the request's end to the answer's first byte.";
    HTTP_REQ_RECEIVING "http_req_receiving" Trend Time "From the answer's first byte to its last.";
    HTTP_REQ_FAILED "http_req_failed" Rate Default "Answers that were not expected.";
    DATA_SENT "data_sent" Counter Data "Bytes on the wire, per iteration.";
    DATA_RECEIVED "data_received" Counter Data "Bytes off the wire, per iteration.";
    WS_SESSIONS "ws_sessions" Counter Default "WebSocket sessions begun.";
    WS_MSGS_SENT "ws_msgs_sent" Counter Default "WebSocket messages sent.";
    WS_MSGS_RECEIVED "ws_msgs_received" Counter Default "WebSocket messages received.";
    WS_PING "ws_ping" Trend Time "From a WebSocket ping to its pong.";
    WS_SESSION_DURATION "ws_session_duration" Trend Time "How long WebSocket sessions lasted.";
    WS_CONNECTING "ws_connecting" Trend Time "Opening a WebSocket session.";
    GRPC_REQ_DURATION "grpc_req_duration" Trend Time "How long gRPC calls took.";
    GRPC_STREAMS "grpc_streams" Counter Default "gRPC streams begun.";
    GRPC_STREAMS_MSGS_SENT "grpc_streams_msgs_sent" Counter Default "Messages sent on gRPC streams.";
    GRPC_STREAMS_MSGS_RECEIVED "grpc_streams_msgs_received" Counter Default "Messages received on gRPC streams.";
    HTTP_REQ_RESPONSE_TIME "http_req_response_time" Trend Time
        "Our own: from the moment the iteration should have started to the answer; arrival-rate executors only.";
    GENERATOR_LAG "generator_lag" Trend Time
        "Our own: how long answers lay in the kernel before the generator saw them; measured on demand only.";
}

/// Metrics that k6 does not have: a script may use these names for its own.
pub(crate) const OWN: &[MetricId] = &[HTTP_REQ_RESPONSE_TIME, GENERATOR_LAG];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_the_places_of_their_rows() {
        let check = |id: MetricId, name: &str, kind: Kind, contains: Contains| {
            let row = &TABLE[id.0 as usize];
            assert_eq!((row.name, row.kind, row.contains), (name, kind, contains));
        };
        check(VUS, "vus", Kind::Gauge, Contains::Default);
        check(HTTP_REQ_DURATION, "http_req_duration", Kind::Trend, Contains::Time);
        check(DATA_RECEIVED, "data_received", Kind::Counter, Contains::Data);
        check(HTTP_REQ_RESPONSE_TIME, "http_req_response_time", Kind::Trend, Contains::Time);
        check(GENERATOR_LAG, "generator_lag", Kind::Trend, Contains::Time);
    }
}
