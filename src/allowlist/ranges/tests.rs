//! Tests of the dated list.

use jiff::civil::date;

use super::import::{Origin, file, sets};
use super::*;

fn europe() -> Vec<String> {
    vec!["europe".to_owned()]
}

#[test]
fn the_built_in_list_is_sound() {
    let ranges = Ranges::built_in();
    let names: BTreeSet<&str> = ranges.sets.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names.len(), ranges.sets.len(), "names are unique");
    for set in &ranges.sets {
        assert_eq!(set.known, !set.cidrs.is_empty(), "{}", set.name);
        assert!(set.seen.is_some() && set.source.is_some(), "{}", set.name);
        assert!(
            set.cidrs.iter().all(|net| net.prefix_len() >= 30),
            "{}",
            set.name
        );
    }
    assert_eq!(ranges.regions().len(), 23);
}

#[test]
fn each_day_needs_its_generation() {
    let ranges = Ranges::built_in();
    let names = |on| {
        ranges
            .show(on, &europe())
            .iter()
            .map(|set| set.name.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(date(2026, 1, 25)), ["apps-europe-until-2026-01"]);
    assert_eq!(names(date(2026, 1, 26)), ["apps-europe-2026-01"]);
    assert_eq!(
        names(date(2026, 9, 16)),
        ["apps-europe-2026-01", "unified-europe-2026-09"]
    );
}

#[test]
fn a_set_of_the_same_name_replaces_the_built_in_one() {
    let mut ranges = Ranges::built_in();
    let own = "[[set]]\nname = \"unified-europe-2026-09\"\nregion = \"europe\"\ncidrs = [\"198.51.100.0/24\", \"203.0.113.7\"]\nvalid_from = 2026-09-16\n";
    ranges.add(own).unwrap();
    let set = ranges
        .show(date(2026, 11, 24), &europe())
        .into_iter()
        .find(|set| set.name.starts_with("unified"))
        .unwrap();
    assert!(set.known);
    assert_eq!(set.addresses().count(), 257);
    assert_eq!(set.valid_from, Some(date(2026, 9, 16)));
}

#[test]
fn without_a_region_the_users_own_regions_count() {
    let mut ranges = Ranges::built_in();
    ranges.add("[[set]]\nname = \"lab\"\nregion = \"lab\"\ncidrs = [\"10.1.0.0/30\"]\nvalid_from = \"2020-01-01\"\n").unwrap();
    assert_eq!(ranges.show(date(2026, 11, 24), &[]).len(), 1);
    assert!(
        ranges.has_region("lab") && ranges.has_region("eu-community") && !ranges.has_region("mars")
    );
}

#[test]
fn an_error_tells_the_place_and_not_the_line() {
    let error = parse("[[set]]\nname = \"a\"\nregion = \"b\"\ncidrs = [\"CANARY\"]\n").unwrap_err();
    assert_eq!(error.line, 4);
    assert!(!error.to_string().contains("CANARY"), "{error}");
    let error = parse("[[set]]\nname = \"a\"\nregion = \"b\"\ncidrs = []\nvalid_from = \"soon\"\n")
        .unwrap_err();
    assert_eq!(
        (error.line, error.what.as_str()),
        (5, "expected a day such as 2026-09-16")
    );
    assert!(parse("[[set]]\nname = \"a\"\nregion = \"b\"\ncidrs = []\ncolour = 1\n").is_err());
}

fn origin() -> Origin {
    Origin {
        seen: date(2026, 11, 24),
        valid_from: None,
        source: None,
        service: "apps".to_owned(),
    }
}

#[test]
fn a_pasted_markdown_table_is_read_column_by_column() {
    let table = "| Region | Current outbound IP ranges | Upcoming outbound IP ranges |\n| --- | --- | --- |\n\
        | Europe (Secondary) | ``` 20.13.60.212 ``` | ``` 20.67.88.64/30 20.67.88.112/30 ``` |\n";
    let sets = sets(table, &origin());
    let shown: Vec<(&str, &str, usize)> = sets
        .iter()
        .map(|set| (set.name.as_str(), set.region.as_str(), set.cidrs.len()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                "apps-europe-secondary-current-outbound-ip-ranges-2026-11-24",
                "europe-secondary",
                1
            ),
            (
                "apps-europe-secondary-upcoming-outbound-ip-ranges-2026-11-24",
                "europe-secondary",
                2
            ),
        ]
    );
    assert_eq!(
        parse(&file(&sets)).unwrap(),
        sets,
        "what is written can be read"
    );
}

#[test]
fn a_table_pasted_line_by_line_is_read() {
    let sets = sets(
        "Region\nOutbound IP ranges\nSwitzerland\n198.51.100.0/28\n198.51.100.32/28\nSouth Korea 203.0.113.0/28, 203.0.113.64/28\n",
        &origin(),
    );
    let shown: Vec<(&str, usize)> = sets
        .iter()
        .map(|set| (set.region.as_str(), set.cidrs.len()))
        .collect();
    assert_eq!(shown, [("switzerland", 2), ("south-korea", 2)]);
}

#[test]
fn tab_separated_cells_are_read() {
    let sets = sets(
        "Region\tRanges\nUK\t51.104.16.124/30 51.104.16.168/30\n",
        &origin(),
    );
    assert_eq!(
        (
            sets[0].region.as_str(),
            sets[0].cidrs.len(),
            sets[0].name.as_str()
        ),
        ("uk", 2, "apps-uk-2026-11-24")
    );
}
