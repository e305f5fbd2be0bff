export { entryBytes, RecentMap, type RecentMapOptions } from './recent-map.ts'
