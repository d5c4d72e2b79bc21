//! With what the users of the seam run.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Control;
use model::{Clock, Options};
use plimsoll_script::{HttpDebug, RunOptions, SystemTags};

/// The settings of a run under this control.
pub fn run_options(control: Arc<Control>, clock: Clock) -> RunOptions {
    let (options, env) = (Options::default(), BTreeMap::new());
    let net = net::SettingsBuilder { clock, options: &options, env: &env, user_agent: "seam" };
    RunOptions {
        net: Arc::new(net.build().unwrap()),
        tags: BTreeMap::new(),
        system_tags: SystemTags {
            proto: true,
            subproto: true,
            status: true,
            method: true,
            url: true,
            name: true,
            group: true,
            check: true,
            error: true,
            error_code: true,
            tls_version: true,
            scenario: true,
            expected_response: true,
            vu: false,
            iter: false,
            ocsp_status: false,
            ip: false,
        },
        throw: true,
        discard_response_bodies: false,
        batch: 20,
        batch_per_host: 6,
        max_redirects: (10, true),
        no_cookies_reset: false,
        no_vu_connection_reuse: false,
        users: 1,
        share: model::Share::Dealt(model::Stripe::full()),
        min_iteration_duration: None,
        time_scale: 1.0,
        http_debug: HttpDebug::Off,
        stage_tag: false,
        generator_lag: false,
        options: serde_json::Value::Null,
        ends_process: false,
        control,
    }
}
