// UiPath's own client signs in, switches folder and lists processes.
'use strict';
const assert = require('assert');
const Orchestrator = require('uipath-orchestrator');
const ready = require(process.argv[2]);
const { hostname, port } = new URL(ready.url);
const wanted = ready.processes[0];

function client(password) {
  return new Orchestrator({
    hostname, port: Number(port), isSecure: true, tenancyName: ready.tenant, usernameOrEmailAddress: ready.username, password,
  });
}

function get(from, path, query) {
  return new Promise((resolve, reject) => from.get(path, query, (error, data) => (error ? reject(error) : resolve(data))));
}

async function main() {
  const orchestrator = client(ready.password);
  const folders = await get(orchestrator, '/api/FoldersNavigation/GetFoldersForCurrentUser', { skip: 0, take: 100 });
  const folder = folders.PageItems.find((item) => item.FullyQualifiedName === wanted.folder);
  assert(folder, 'the folder is visible');

  await assert.rejects(get(orchestrator, '/odata/Releases', { $top: 1 }), (error) => error.statusCode === 400, 'no folder, no processes');

  orchestrator.switchOrganizationUnitId(folder.Id);
  const found = await get(orchestrator, '/odata/Releases', { $top: 10, $orderby: 'Name', $count: true });
  assert.strictEqual(found['@odata.count'], found.value.length);
  const release = found.value.find((item) => item.Name === wanted.name);
  assert.strictEqual(release.ProcessVersion, wanted.version);

  const filter = `Name eq '${wanted.name}'`;
  const one = await get(orchestrator, '/odata/Releases', { $filter: filter });
  assert.deepStrictEqual(one.value.map((item) => item.Key), [release.Key]);

  await assert.rejects(get(client('wrong'), '/odata/Folders', {}), (error) => error.statusCode === 400, 'a wrong password is 400');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
