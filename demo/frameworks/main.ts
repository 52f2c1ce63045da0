import { mountNamed } from './views.ts'

const target = document.querySelector('#view')
if (target) await mountNamed(location.search, target)
