//! Formats as in "W3C Logging" (IIS), "Format of the HTTP Server API Error Logs", the `log_format` of nginx's log module, chapters 8.2.2
//! and 8.2.3 of the `HAProxy` configuration manual, and "Interpreting the Windows Firewall log".

use std::io::Write;

use super::*;

const IIS: &str = "#Software: Microsoft Internet Information Services 10.0\r
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r
2026-11-22 10:00:00 10.0.0.5 GET /odata/Folders - 443 - 203.0.113.1 Mozilla/5.0 - 200 0 0 12\r
2026-11-22 10:00:05 10.0.0.5 GET /odata/Folders - 443 - 203.0.113.2 Mozilla/5.0 - 401 0 0 12\r
2026-11-22 10:00:09 10.0.0.5 GET /odata/Folders - 443 - 198.51.100.7 Mozilla/5.0 - 403 6 5 0\r
#Fields: date time c-ip sc-status sc-substatus X-Forwarded-For\r
2026-11-22 11:00:00 10.1.1.1 200 0 203.0.113.3,+10.9.9.9\r
2026-11-22 11:00:01 10.1.1.1 200 0 -\r
";

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts
        .iter()
        .map(|text| text.parse().expect("a network"))
        .collect()
}

fn summary(text: &str, ranges: &[&str]) -> LogSummary {
    read_log(text.as_bytes(), &nets(ranges), Some(443))
}

#[test]
fn iis_tells_when_how_often_and_with_which_status() {
    let found = summary(IIS, &["203.0.113.0/30", "198.51.100.0/24", "192.0.2.0/24"]);
    assert_eq!((found.entries, found.unread), (5, 0));
    let [first, second, third] = found.ranges.as_slice() else {
        panic!("three ranges")
    };
    assert_eq!(first.times, 3);
    assert_eq!(
        first.first.map(|moment| moment.to_string()).as_deref(),
        Some("2026-11-22T10:00:00Z")
    );
    assert_eq!(
        first.last.map(|moment| moment.to_string()).as_deref(),
        Some("2026-11-22T11:00:00Z")
    );
    let statuses: Vec<(&str, u64)> = first
        .statuses
        .iter()
        .map(|status| (status.status.as_str(), status.times))
        .collect();
    assert_eq!(statuses, [("200.0", 2), ("401.0", 1)]);
    assert_eq!(second.refused, 1);
    assert_eq!(second.statuses[0].status, "403.6");
    assert_eq!(third.times, 0);
    let arrived = found.arrived();
    assert_eq!(arrived.symptom, Arrival::TurnedAway);
    assert_eq!(arrived.ranges.len(), 1);
    assert_eq!(
        summary(IIS, &["203.0.113.0/30"]).arrived().symptom,
        Arrival::Arrives
    );
    assert_eq!(
        summary(IIS, &["192.0.2.0/24"]).arrived().symptom,
        Arrival::NeverSeen
    );
}

#[test]
fn a_compressed_log_says_the_same() {
    let mut packed = Vec::new();
    // Logs that were compressed piece by piece are several members.
    for half in [&IIS[..300], &IIS[300..]] {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(half.as_bytes()).expect("memory");
        packed.extend(encoder.finish().expect("memory"));
    }
    let ranges = ["203.0.113.0/30", "198.51.100.0/24"];
    assert_eq!(
        read_log(&packed[..], &nets(&ranges), Some(443)),
        summary(IIS, &ranges)
    );
    let cut = read_log(&packed[..packed.len() - 20], &nets(&ranges), None);
    assert_eq!(
        cut.cut.as_deref(),
        Some("the compressed log ends too early")
    );
}

#[test]
fn a_range_that_was_served_after_it_was_turned_away_arrives() {
    let served = "2026-11-22 12:00:00 198.51.100.7 200 0 -\r\n";
    assert_eq!(
        summary(&format!("{IIS}{served}"), &["198.51.100.0/24"])
            .arrived()
            .symptom,
        Arrival::Arrives
    );
}

#[test]
fn one_client_for_all_is_a_load_balancer() {
    let text = "#Fields: date time c-ip sc-status\n2026-11-22 10:00:00 10.1.1.1 200\n2026-11-22 10:00:01 10.1.1.1 200\n2026-11-22 10:00:01 ::1 200\n";
    let found = summary(text, &["203.0.113.0/30"]);
    assert_eq!(found.arrived().symptom, Arrival::HiddenByNat);
    assert!(found.facts().contains(&("clients", "10.1.1.1".to_owned())));
    let many: Vec<String> = (0..20)
        .map(|last| format!("2026-11-22 10:00:00 10.1.1.{last} 200\n"))
        .collect();
    let many = many.concat();
    assert_eq!(
        summary(&format!("{text}{many}"), &["203.0.113.0/30"])
            .arrived()
            .symptom,
        Arrival::NeverSeen
    );
}

#[test]
fn http_sys_needs_no_heading() {
    let text = "2026-11-22 18:45:09 203.0.113.1 2094 10.0.0.5 443 HTTP/1.1 GET /qos/1kbfile.txt 503 - ConnLimit\n\
        2026-11-22 19:51:59 203.0.113.1 2780 10.0.0.5 443 - - - - - Timer_ConnectionIdle -\n\
        2026-11-22 19:51:59 203.0.113.1 2780 10.0.0.5 80 - - - - - Timer_ConnectionIdle -\n";
    let found = summary(text, &["203.0.113.0/30"]);
    assert_eq!(found.formats, [LogFormat::HttpErr]);
    let statuses: Vec<&str> = found.ranges[0]
        .statuses
        .iter()
        .map(|status| status.status.as_str())
        .collect();
    assert_eq!(statuses, ["503", "Timer_ConnectionIdle"]);
}

#[test]
fn nginx_may_name_the_client_at_the_end() {
    let text = "203.0.113.1 - - [22/Nov/2026:10:00:00 +0100] \"GET /a\\\"b HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0 (X; 10.0)\"\n\
        10.1.1.1 - joe [22/Nov/2026:10:00:01 +0100] \"POST / HTTP/1.1\" 403 0 \"-\" \"agent\" \"203.0.113.2, 10.3.3.3\"\n";
    let found = summary(text, &["203.0.113.0/30"]);
    assert_eq!(found.formats, [LogFormat::Combined]);
    assert_eq!((found.ranges[0].times, found.clients.forwarded), (2, 1));
    assert_eq!(
        found.ranges[0]
            .first
            .map(|moment| moment.to_string())
            .as_deref(),
        Some("2026-11-22T09:00:00Z")
    );
    assert_eq!(found.arrived().symptom, Arrival::Arrives);
}

#[test]
fn haproxy_tells_http_from_tcp() {
    let text = "Feb  6 12:14:14 localhost haproxy[14389]: 203.0.113.1:33317 [06/Feb/2026:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /index.html HTTP/1.1\"\n\
        Feb  6 12:12:56 localhost haproxy[14387]: 203.0.113.2:33313 [06/Feb/2026:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0\n\
        Feb  6 12:12:09 localhost haproxy[14385]: Connect from 203.0.113.2:33312 to 10.0.3.31:8012 (www/HTTP)\n";
    let found = summary(text, &["203.0.113.0/30"]);
    assert_eq!((found.entries, found.unread), (3, 0));
    let statuses: Vec<(&str, u64)> = found.ranges[0]
        .statuses
        .iter()
        .map(|status| (status.status.as_str(), status.times))
        .collect();
    assert_eq!(statuses, [("untold", 2), ("200", 1)]);
}

#[test]
fn the_firewalls_log_tells_who_was_dropped_at_the_door() {
    let text = "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path\n\
\n2026-11-22 10:00:00 ALLOW TCP 203.0.113.1 10.0.0.5 50000 443 0 - 0 0 0 - - - RECEIVE\n\
2026-11-22 10:00:00 DROP TCP 198.51.100.1 10.0.0.5 50000 443 52 S 1 0 64240 - - - RECEIVE\n\
2026-11-22 10:00:01 DROP TCP 203.0.113.1 10.0.0.5 50000 443 40 RA 1 0 64240 - - - RECEIVE\n\
2026-11-22 10:00:02 DROP TCP 203.0.113.1 10.0.0.5 50000 3389 52 S 1 0 64240 - - - RECEIVE\n\
2026-11-22 10:00:03 ALLOW TCP 10.0.0.5 203.0.113.1 50000 443 0 - 0 0 0 - - - SEND\n";
    let found = summary(text, &["203.0.113.0/30", "198.51.100.0/24"]);
    assert_eq!((found.ranges[0].connected, found.ranges[0].dropped), (1, 0));
    assert_eq!(found.ranges[1].dropped, 1);
    assert_eq!(found.arrived().symptom, Arrival::TurnedAway);
    assert_eq!(
        found.first.map(|moment| moment.to_string()).as_deref(),
        Some("2026-11-22T10:00:00"),
        "local time has no zone"
    );
}

#[test]
fn a_port_that_was_translated_on_the_way_does_not_hide_the_requests() {
    let ranges = nets(&["203.0.113.0/30"]);
    let found = read_log(IIS.as_bytes(), &ranges, Some(8443));
    assert!(!found.other_port, "the second heading tells no port");
    let first = IIS.lines().take(5).collect::<Vec<_>>().join("\n");
    let found = read_log(first.as_bytes(), &ranges, Some(8443));
    assert!(found.other_port);
    assert_eq!((found.entries, found.ranges[0].times), (3, 2));
    let dropped = "#Fields: date time action protocol src-ip dst-port\n2026-11-22 10:00:00 DROP TCP 203.0.113.1 3389\n";
    let found = read_log(dropped.as_bytes(), &ranges, Some(8443));
    assert_eq!(
        found.entries, 0,
        "another service says nothing of Orchestrator"
    );
}

#[test]
fn a_connection_is_no_answer() {
    let range =
        "#Fields: date time c-ip sc-status sc-substatus\n2026-11-22 10:00:00 203.0.113.1 403 6\n";
    let mut found = summary(range, &["203.0.113.0/30"]);
    let idle =
        "2026-11-22 10:02:00 203.0.113.1 2780 10.0.0.5 443 - - - - - Timer_ConnectionIdle -\n";
    found.merge(&summary(idle, &["203.0.113.0/30"]));
    assert_eq!(found.ranges[0].connected, 1);
    assert_eq!(found.arrived().symptom, Arrival::TurnedAway);
    assert_eq!(
        summary(idle, &["203.0.113.0/30"]).arrived().symptom,
        Arrival::Arrives
    );
}

#[test]
fn what_two_clocks_say_within_hours_has_no_order() {
    let ranges = ["203.0.113.0/30"];
    let served = "#Fields: date time c-ip sc-status\n2026-11-22 10:00:00 203.0.113.1 200\n";
    let dropped = |day| {
        format!(
            "#Fields: date time action protocol src-ip dst-port\n2026-11-{day} 12:00:00 DROP TCP 203.0.113.1 443\n"
        )
    };
    let both = |day| {
        let mut found = summary(served, &ranges);
        found.merge(&summary(&dropped(day), &ranges));
        found.arrived().symptom
    };
    assert_eq!(both(22), Arrival::Arrives);
    assert_eq!(both(23), Arrival::TurnedAway);
}

#[test]
fn logs_are_added_up() {
    let ranges = ["203.0.113.0/30", "198.51.100.0/24"];
    let mut one = summary(IIS, &ranges);
    one.merge(&summary(IIS, &ranges));
    assert_eq!(
        (
            one.entries,
            one.ranges[0].times,
            one.ranges[0].statuses[0].times
        ),
        (10, 6, 4)
    );
    let json = serde_json::to_string(&one).expect("JSON");
    assert_eq!(
        serde_json::from_str::<LogSummary>(&json).expect("a summary"),
        one
    );
}

#[test]
fn what_is_no_log_is_counted_as_unread() {
    let found = summary(
        "\0\u{1}binary\n[[[[\nhello world\n\"\"\"\n2026-11-22 x\n",
        &["203.0.113.0/30"],
    );
    assert_eq!((found.entries, found.unread), (0, 5));
    assert_eq!(found.arrived().symptom, Arrival::NeverSeen);
}
