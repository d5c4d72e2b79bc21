//! Sockets against a loopback peer.

use std::future::poll_fn;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

async fn pair() -> (Socket, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ours, theirs) = tokio::join!(TcpStream::connect(address), listener.accept());
    let ours = ours.unwrap();
    let stamped = enable_stamps(&ours);
    (Socket::new(ours, address, stamped), theirs.unwrap().0)
}

async fn receive(socket: &mut Socket, buffer: &mut [u8]) -> io::Result<usize> {
    poll_fn(|context| socket.poll_receive(context, buffer)).await
}

#[tokio::test]
async fn bytes_are_counted_and_stamped_by_the_kernel() {
    let (mut ours, mut theirs) = pair().await;
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut buffer = [0; 64];
    // The kernel switches stamping on with a delay; some bytes may come without.
    for round in 1..=2000u64 {
        theirs.write_all(b"pong").await.unwrap();
        assert_eq!(receive(&mut ours, &mut buffer).await.unwrap(), 4);
        assert_eq!(ours.received(), 4 * round);
        if ours.last_stamp().is_some() || !cfg!(target_os = "linux") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let after = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    if cfg!(target_os = "linux") {
        let stamp = ours.last_stamp().expect("Linux stamps within a few packets").0;
        assert!((before..=after).contains(&stamp));
    }
}

#[tokio::test]
async fn the_end_of_the_stream_is_no_error() {
    let (mut ours, theirs) = pair().await;
    drop(theirs);
    assert_eq!(receive(&mut ours, &mut [0; 8]).await.unwrap(), 0);
    assert!(ours.is_disturbed());
}

#[tokio::test]
async fn data_larger_than_the_buffer_comes_in_pieces() {
    let (mut ours, mut theirs) = pair().await;
    theirs.write_all(b"0123456789").await.unwrap();
    let mut buffer = [0; 4];
    let mut all = Vec::new();
    while all.len() < 10 {
        let count = receive(&mut ours, &mut buffer).await.unwrap();
        all.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(all, b"0123456789");
    assert!(!ours.is_disturbed());
    theirs.write_all(b"x").await.unwrap();
    ours.stream.readable().await.unwrap();
    assert!(ours.is_disturbed());
}

#[tokio::test]
async fn it_serves_as_an_ordinary_stream() {
    let (mut ours, mut theirs) = pair().await;
    ours.write_all(b"ping").await.unwrap();
    let mut buffer = [0; 4];
    theirs.read_exact(&mut buffer).await.unwrap();
    assert_eq!((&buffer, ours.sent()), (b"ping", 4));
    theirs.write_all(b"pong").await.unwrap();
    ours.read_exact(&mut buffer).await.unwrap();
    assert_eq!(&buffer, b"pong");
    ours.shutdown().await.unwrap();
    assert_eq!(theirs.read(&mut buffer).await.unwrap(), 0);
}
