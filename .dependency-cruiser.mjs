/** Imports point one way (ARCHITECTURE.md); each rule says why. */

const only = (name, packages, folder, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: folder },
  to: { path: `node_modules/(@types/)?(${packages})/` },
});

const never = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
});

/** Folders of src by height: a lower one never imports a higher one. */
const ABOVE_DELIVERY = '^(src/(cli|web|queue)/|src/system\\.ts|workers/)';

const rules = [
  {
    name: 'no-circular',
    comment: 'What needs each other belongs together.',
    severity: 'error',
    from: {},
    to: { circular: true, dependencyTypesNot: ['type-only'] },
  },
  only(
    'only-render-templates',
    'mjml|handlebars',
    '^src/render/',
    'Rendering is the only user of mjml and handlebars: what is inserted is never compiled elsewhere.',
  ),
  only(
    'only-queue-bullmq',
    'bullmq',
    '^src/queue/',
    'The queue is only the clock; the ledger must not know it.',
  ),
  only(
    'only-smtp-nodemailer',
    'nodemailer',
    '^src/smtp/',
    'One place knows what became of a connection.',
  ),
  only(
    'only-redis-ioredis',
    'ioredis',
    '^(src/redis/|test/)',
    'Connections are made in one place.',
  ),
  never(
    'issue-is-below',
    '^src/issue/',
    '^src/(render|message|check|audience|delivery|bounce|archive|queue|smtp|web|cli|config)/|^src/system\\.ts',
    'The issue is pure data; everything else is made from it.',
  ),
  never(
    'import-issue-knows-issues-only',
    '^src/import-issue/',
    '^src/(render|message|audience|delivery|bounce|archive|redis|queue|smtp|web|cli|config)/|^src/system\\.ts',
    'An import makes the text of an issue, and has no other business.',
  ),
  never(
    'import-issue-has-no-io',
    '^src/import-issue/',
    '^(node:)?(fs|fs/promises|net|http|child_process)$',
    'What is imported is handed in: the command reads and writes.',
  ),
  never(
    'render-is-low',
    '^src/render/',
    '^src/(message|check|audience|delivery|queue|smtp|web|cli|redis)/|^src/system\\.ts',
    'Rendering knows issues and templates only.',
  ),
  never(
    'render-reads-no-issues',
    '^src/render/',
    '^src/issue/(store|choose|issue-folder|earlier-items|pictures|read-once)\\.ts$',
    'What is rendered is handed in, its pictures measured.',
  ),
  never(
    'message-is-pure',
    '^src/message/',
    '^src/(check|audience|delivery|queue|smtp|web|cli|redis)/|^src/system\\.ts',
    'A message depends on what it is made from, not on who sends it.',
  ),
  never(
    'check-needs-no-installation',
    '^src/check/',
    '^src/(audience|delivery|bounce|archive|redis|queue|smtp|web|cli)/|^src/system\\.ts',
    'An issue is checked on a clone, in CI, and before there is anybody to send it to.',
  ),
  never(
    'audience-is-below-delivery',
    '^src/audience/',
    '^src/(delivery|joining|queue|smtp|web|cli|message)/|^src/system\\.ts',
    'People exist without sends.',
  ),
  never(
    'joining-is-below-the-top',
    '^src/joining/',
    ABOVE_DELIVERY,
    'Joining is wired from above; it orders letters and does not know how they are queued.',
  ),
  never(
    'joining-knows-no-sends',
    '^src/joining/',
    '^src/delivery/',
    'A letter is no issue: it has no ledger.',
  ),
  never(
    'inbound-lets-people-leave',
    '^src/inbound/',
    '^src/(delivery|joining|redis|queue|smtp|web|cli)/|^src/system\\.ts',
    'It takes mail for the audience, and knows neither sends nor pages.',
  ),
  only(
    'only-inbound-receives',
    'smtp-server',
    '^(src/inbound/|src/cli/demo/|test/)',
    'Mail comes in at one place, and in the demo.',
  ),
  never(
    'delivery-is-below-the-top',
    '^src/delivery/',
    ABOVE_DELIVERY,
    'Delivery is wired from above.',
  ),
  never(
    'system-is-below-the-edges',
    '^src/system\\.ts',
    '^(src/(cli|web)/|workers/)',
    'Commands, pages and workers take from the system, not the other way round.',
  ),
  never(
    'notify-is-below-the-top',
    '^src/notify/',
    ABOVE_DELIVERY,
    'What operators are told follows from a send; it is wired from above.',
  ),
  never(
    'delivery-tells-nobody',
    '^src/delivery/',
    '^src/notify/',
    'A send writes down what is news and never waits for anybody to hear it.',
  ),
  never(
    'redis-is-a-leaf',
    '^src/redis/',
    '^src/(issue|render|message|audience|delivery|queue|smtp|web|cli)/',
    'Keys and connections know nobody.',
  ),
  never(
    'backup-is-below-the-top',
    '^src/backup/',
    ABOVE_DELIVERY,
    'A backup copies what audience and delivery own; it is wired from above.',
  ),
  never(
    'journal-is-a-leaf',
    '^src/journal/',
    '^src/(issue|render|message|audience|delivery|redis|queue|smtp|web|cli|config)/|^src/system\\.ts',
    'It stands beside Redis and knows ids only.',
  ),
  never(
    'config-is-a-leaf',
    '^src/config/',
    '^src/(issue|render|message|audience|delivery|bounce|archive|redis|queue|smtp|web|cli)/|^src/system\\.ts',
    'Everyone may ask the configuration; it asks nobody.',
  ),
  never(
    'smtp-is-low',
    '^src/smtp/',
    '^src/(issue|render|audience|delivery|bounce|archive|redis|queue|web|cli)/|^src/system\\.ts',
    'A transaction knows an envelope and bytes, not whose they are.',
  ),
  never(
    'web-is-not-cli',
    '^(src/web/|workers/)',
    '^src/cli/',
    'Pages and workers run without a terminal.',
  ),
  {
    name: 'issue-has-no-io',
    comment:
      'Finding and reading issue files and their pictures is the only IO of the issue folder.',
    severity: 'error',
    from: {
      path: '^src/issue/',
      pathNot: '^src/issue/(store|choose|issue-folder|earlier-items|pictures|read-once)\\.ts$',
    },
    to: { path: '^(node:)?(fs|fs/promises|net|http|child_process)$' },
  },
];

const configuration = {
  forbidden: rules,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

// dependency-cruiser reads the default export.
// biome-ignore lint/style/noDefaultExport: the tool asks for it
export default configuration;
