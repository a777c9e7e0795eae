#!/bin/sh
# Lets UiPath's own client decide whether the stand-in robot is faithful. Needs node, npm and the package registry npm is set to.
set -eu
cd "$(dirname "$0")/.."
modules=${ROBOT_CLIENT_MODULES:-target/robot-client}
if [ ! -d "$modules/node_modules/@uipath/robot" ]; then
    mkdir -p "$modules"
    npm install --prefix "$modules" --no-save --no-audit --no-fund --ignore-scripts @uipath/robot@1.3.1 xmlhttprequest@1.8.0
fi
NODE_PATH="$(cd "$modules" && pwd)/node_modules" cargo test --test robot_stand_in -- --ignored
