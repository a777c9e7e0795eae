//! Reads AWS security groups (`aws ec2 describe-security-groups`, `describe-security-group-rules`) and network ACLs
//! (`describe-network-acls`), alone or one after the other in a file.
//!
//! A connection passes the ACL of the subnet, then the security groups, and its answers pass the ACL once more: it keeps no state.

mod acl;
mod group;

use super::document::documents;
use super::model::{Program, ReadError, Stage, Task};
use super::several::{List, agreed};

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let documents = documents(text)?;
    let (mut groups, mut acls) = (Vec::new(), Vec::new());
    for document in &documents {
        document.visit(&mut |node| {
            if node.get("Entries").is_some() {
                acls.push(node);
            } else if node.get("IpPermissions").is_some() {
                groups.push(group::described(node, text));
            } else if let Some(rules) = node.get("SecurityGroupRules") {
                groups.extend(group::by_rules(rules, text));
            }
        });
    }
    if groups.is_empty() && acls.is_empty() {
        return Err(ReadError::at(1, "expected SecurityGroups or NetworkAcls"));
    }
    let one = "which of the network ACLs the server's subnet has is not told";
    let mut program = Program::default();
    let inbound: Vec<List> = acls
        .iter()
        .map(|node| acl::list(node, text, acl::Way::In))
        .collect();
    enter(&mut program, inbound, one);
    enter(
        &mut program,
        groups,
        "which of the security groups the server has is not told",
    );
    let answers: Vec<List> = acls
        .iter()
        .map(|node| acl::list(node, text, acl::Way::Out))
        .collect();
    enter(&mut program, answers, one);
    Ok(program)
}

/// Adds a stage for lists of which all must agree.
fn enter(program: &mut Program, lists: Vec<List>, doubt: &str) {
    if lists.is_empty() {
        return;
    }
    let chain = agreed(program, lists, doubt);
    program.stages.push(Stage {
        chain,
        hook: None,
        family: None,
        task: Task::Filter,
    });
}

#[cfg(test)]
mod tests;
