// The packages are ESM only; from Node 20.19 on, require() loads them all the same, and gives the same modules.
const { exercise } = require('./exercise.cjs')

const names = ['client', 'core', 'express', 'fastify', 'filters', 'koa', 'signer']
const modules = Object.fromEntries(names.map((name) => [name, require(`@countersign/${name}`)]))

exercise(modules).catch((error) => {
  console.error(error)
  process.exitCode = 1
})
