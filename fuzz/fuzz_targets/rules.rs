//! Any bytes as a rule set of any kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orch_doctor::allowlist::model::Kind;
use orch_doctor::allowlist::read::read;

const KINDS: [Kind; 10] = [
    Kind::Nft,
    Kind::Iptables,
    Kind::Windows,
    Kind::Iis,
    Kind::Nsg,
    Kind::Aws,
    Kind::Asa,
    Kind::Panos,
    Kind::Fortios,
    Kind::Cidrs,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    let _ = read("export", bytes, KINDS.get(usize::from(*which)).copied());
});
