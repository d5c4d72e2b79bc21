//! Unpacking: what is packed comes back, what is damaged is named, what explodes is stopped.

use super::super::encode;
use super::*;
use proptest::prelude::*;

const ALL: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Zstd, Coding::Brotli];
const LIMIT: usize = 1 << 20;

fn text() -> Vec<u8> {
    (0..2_000u32).flat_map(|line| format!("line {line} of many\n").into_bytes()).collect()
}

fn fault(body: &[u8], coding: Coding, limit: usize) -> Fault {
    Decoder::new().decode_one(body, coding, limit).expect_err("damaged").fault
}

#[test]
fn codings_stack_and_unknown_ones_stand() {
    let mut decoder = Decoder::new();
    let body = text();
    for (header, codings) in [
        ("gzip", vec![Coding::Gzip]),
        ("deflate, gzip", vec![Coding::Deflate, Coding::Gzip]),
        (" BR , identity,zstd,", vec![Coding::Brotli, Coding::Zstd]),
    ] {
        let packed = encode(&body, &codings);
        assert_eq!(decoder.decode(&packed, header, LIMIT), Ok(Some(body.clone())), "{header}");
    }
    for header in ["", "identity", "exi", "gzip, exi", "x-gzip"] {
        assert_eq!(decoder.decode(b"plain", header, LIMIT), Ok(None), "{header}");
    }
    for coding in ALL {
        assert_eq!(decoder.decode_one(b"", coding, LIMIT), Ok(Vec::new()));
    }
}

#[test]
fn deflate_may_come_without_its_frame() {
    let mut packed = Vec::new();
    let mut reader = flate2::read::DeflateEncoder::new(&b"bare stream"[..], flate2::Compression::default());
    reader.read_to_end(&mut packed).expect("in memory");
    assert_eq!(Decoder::new().decode_one(&packed, Coding::Deflate, LIMIT), Ok(b"bare stream".to_vec()));
}

#[test]
fn gzip_members_follow_each_other() {
    let twice = [encode(b"one, ", &[Coding::Gzip]), encode(b"two", &[Coding::Gzip])].concat();
    assert_eq!(Decoder::new().decode_one(&twice, Coding::Gzip, LIMIT), Ok(b"one, two".to_vec()));
    let trailing = [encode(b"one", &[Coding::Gzip]), b"rubbish....".to_vec()].concat();
    assert_eq!(fault(&trailing, Coding::Gzip, LIMIT), Fault::Header);
}

#[test]
fn damage_is_named() {
    for coding in ALL {
        let packed = encode(&text(), &[coding]);
        for cut in [packed.len() / 2, packed.len() - 1] {
            assert_eq!(fault(&packed[..cut], coding, LIMIT), Fault::Truncated, "{coding:?} cut at {cut}");
        }
        assert_eq!(fault(&packed, coding, 1_000), Fault::TooLarge { limit: 1_000 }, "{coding:?}");
    }
    for (coding, from_end) in [(Coding::Gzip, 6), (Coding::Deflate, 1)] {
        let mut packed = encode(&text(), &[coding]);
        let at = packed.len() - from_end;
        packed[at] ^= 0x55;
        assert_eq!(fault(&packed, coding, LIMIT), Fault::Checksum, "{coding:?}");
    }
    for (body, coding, expected) in [
        (&b"not gzip"[..], Coding::Gzip, "gzip: invalid header"),
        (b"not zlib at all", Coding::Deflate, "zlib: invalid header"),
        (b"not zstd", Coding::Zstd, "invalid input: magic number mismatch"),
        (b"\x1f\x8b", Coding::Gzip, "unexpected EOF"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xff\xff", Coding::Gzip, "flate: corrupt input before offset 1"),
    ] {
        let error = Decoder::new().decode_one(body, coding, LIMIT).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn bombs_stop_at_the_limit() {
    let zeros = vec![0; 8 << 20];
    let mut decoder = Decoder::new();
    for coding in ALL {
        let bomb = encode(&zeros, &[coding]);
        assert_eq!(decoder.decode_one(&bomb, coding, zeros.len()).map(|body| body.len()), Ok(zeros.len()));
        let error = decoder.decode_one(&bomb, coding, zeros.len() - 1).expect_err("too large");
        assert_eq!(error, DecodeError { coding, fault: Fault::TooLarge { limit: zeros.len() - 1 } });
    }
    // A large body is measured first; one that is packed a thousandfold is refused well before the limit.
    let zeros = vec![0; 80 << 20];
    for coding in ALL {
        let bomb = encode(&zeros, &[coding]);
        let error = decoder.decode_one(&bomb, coding, 1 << 30).expect_err("a bomb");
        assert_eq!(error.fault, Fault::TooLarge { limit: TRUSTED_BYTES }, "{coding:?}");
    }
    let honest: Vec<u8> = (0..20 << 20).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for coding in ALL {
        let packed = encode(&honest, &[coding]);
        let unpacked = decoder.decode_one(&packed, coding, 1 << 30).expect("honest");
        assert!(unpacked == honest, "{coding:?}");
        assert!(unpacked.capacity() <= honest.len() + 4_096, "{coding:?}: {}", unpacked.capacity());
    }
    // The length field of a gzip body promises 4 GiB; no memory is taken for it.
    assert!(gzip_size_hint(&[0xff; 20]) < 32 * 1024);
}

proptest! {
    #[test]
    fn rubbish_is_survived(body in any::<Vec<u8>>(), damage in any::<(u16, u8)>(), which in 0usize..4) {
        let mut decoder = Decoder::new();
        let coding = ALL[which];
        let _ = decoder.decode_one(&body, coding, 10_000);
        let mut packed = encode(&body, &[coding]);
        let unpacked = decoder.decode_one(&packed, coding, LIMIT);
        prop_assert_eq!(unpacked.as_ref(), Ok(&body));
        let at = usize::from(damage.0) % packed.len().max(1);
        if let Some(byte) = packed.get_mut(at) {
            *byte ^= damage.1;
        }
        let _ = decoder.decode_one(&packed, coding, 10_000);
        let _ = decoder.decode(&body, &String::from_utf8_lossy(&packed), 10_000);
    }
}
