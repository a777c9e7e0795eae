// Runs UiPath's own RobotJS client against a robot: node robot-client.cjs PORT
// The browser parts that the client touches are replaced by the few lines below; nothing leaves this machine.
'use strict';

const store = new Map();
const opened = [];
const location = { origin: 'https://cloud.uipath.com', protocol: 'file:', set href(url) { opened.push(url); } };
const element = () => ({ style: {}, setAttribute() {}, appendChild() {}, addEventListener() {}, contentWindow: { document: { open() {}, write() {}, close() {} } } });
const document = { querySelector: () => null, createElement: element, body: element() };
globalThis.window = {
  location,
  localStorage: { getItem: key => store.get(key) ?? null, setItem: (key, value) => store.set(key, value), removeItem: key => store.delete(key) },
  navigator: { language: 'en', userAgent: 'node', appVersion: '' },
};
Object.defineProperty(globalThis, 'navigator', { value: globalThis.window.navigator, configurable: true });
globalThis.document = document;
globalThis.XMLHttpRequest = class extends require('xmlhttprequest').XMLHttpRequest {
  // Browsers have both names.
  get response() { return this.responseText; }
};

require('@uipath/robot');

async function main() {
  const robot = globalThis.window.UiPathRobot.init();
  robot.settings.portNumber = Number(process.argv[2]);
  robot.settings.disableTelemetry = true;
  const consents = [];
  robot.on('consent-prompt', code => consents.push(code));
  robot.on('missing-components', () => consents.push('missing'));
  const processes = await robot.getProcesses();
  const status = [];
  const output = await processes[0].start({ in_Number: 7 }).onStatus(text => status.push(text));
  const schema = await robot.installProcess(processes[0].id);
  process.stdout.write(JSON.stringify({
    processes: processes.map(one => one.name), output, status, consents: consents.length,
    opened: opened.map(url => url.replace(/\d{6}/, 'N')), token: store.get('uipathToken'),
    schema: schema.inputArgumentsSchema.map(one => one.name),
  }));
}

main().catch(error => {
  process.stderr.write(`cannot run a job: ${error && (error.stack || JSON.stringify(error))}\n`);
  process.exitCode = 1;
});
