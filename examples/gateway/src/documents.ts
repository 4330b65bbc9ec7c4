/** What there is to be found. */
export const documents = [
  { title: 'Getting started', attributes: { env: 'public', modules: ['module1'] } },
  { title: 'Deploy a preview', attributes: { env: 'dev', modules: ['module1'] } },
  { title: 'Seed a database', attributes: { env: 'dev', modules: ['module2', 'module3'] } },
  { title: 'Load tests', attributes: { env: 'dev', modules: ['module3'] } },
  { title: 'Production runbook', attributes: { env: 'prod', modules: ['module1'] } },
] as const
