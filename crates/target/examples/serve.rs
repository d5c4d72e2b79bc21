//! Serves the shop, or a rude server: `serve [ADDRESS [THREADS]]` or `serve rude NAME [ADDRESS]`.

use std::net::SocketAddr;

use plimsoll_target::{Shop, ShopOptions, rude};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let any: SocketAddr = "127.0.0.1:0".parse()?;
    let running = match args[..] {
        ["rude", name, ref rest @ ..] => {
            let behaviour = rude::find(name).ok_or_else(|| format!("no behaviour `{name}`"))?;
            rude::start_at(behaviour, rest.first().map_or(Ok(any), |addr| addr.parse())?, any)?
        }
        _ => {
            let addr = args.first().map_or(Ok(any), |addr| addr.parse())?;
            let threads = args.get(1).map_or(Ok(1), |threads| threads.parse())?;
            Shop::start(ShopOptions { addr, threads, tls_addr: Some(any), ..ShopOptions::default() })?
        }
    };
    println!("{} {}", running.http_url(), running.https_url().unwrap_or_default());
    running.join();
    Ok(())
}
