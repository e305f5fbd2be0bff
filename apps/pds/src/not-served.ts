/**
 * Methods that the lexicons describe and a personal data server does not have itself, each with the
 * reason. A test compares the lexicons with this list and the routes.
 */
export const notServed: Readonly<Record<string, string>> = {
  'com.atproto.label.queryLabels': 'labels are a labeler’s',
  'com.atproto.label.subscribeLabels': 'labels are a labeler’s',
  'com.atproto.moderation.createReport': 'reports go to a moderation service',
  'com.atproto.sync.getHostStatus': 'hosts are what a relay knows',
  'com.atproto.sync.listHosts': 'hosts are what a relay knows',
  'com.atproto.sync.notifyOfUpdate': 'a relay is told, and asks for a crawl today',
  'com.atproto.sync.requestCrawl': 'a relay is asked to crawl',
  'com.atproto.temp.fetchLabels': 'labels are a labeler’s',
}
