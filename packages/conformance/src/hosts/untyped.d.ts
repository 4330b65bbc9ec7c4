// The older majors are installed under names of their own, and koa-bodyparser has no types here.
declare module 'express4' {
  import express from 'express'
  export default express
}
declare module 'koa2' {
  import Koa from 'koa'
  export default Koa
}
declare module 'koa-bodyparser' {
  import type { Middleware } from 'koa'
  export default function bodyParser(options?: { strict?: boolean }): Middleware
}
