import { makeAlovaApp } from '../alova-app.ts'
import { enter } from '../page.ts'

enter(makeAlovaApp('client'))
