export { attachAxios, createAxios } from './clients/axios.ts'
export * from './fetch.ts'
