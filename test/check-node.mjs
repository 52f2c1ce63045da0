// The newest syntax and node:sqlite come with Node 24; it is a devDependency, so `npm ci` brings it along.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `The scripts run on Node 24, this is ${process.versions.node}.\n` +
      'Run `npm ci` without --ignore-scripts: the devDependency "node" brings Node 24 for every npm script.',
  )
  process.exit(1)
}
