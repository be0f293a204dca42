/** Categories of podcasts. @see https://podcasters.apple.com/support/1691-apple-podcasts-categories */

export const PODCAST_CATEGORIES = [
  'Arts',
  'Business',
  'Comedy',
  'Education',
  'Fiction',
  'Government',
  'Health & Fitness',
  'History',
  'Kids & Family',
  'Leisure',
  'Music',
  'News',
  'Religion & Spirituality',
  'Science',
  'Society & Culture',
  'Sports',
  'TV & Film',
  'Technology',
  'True Crime',
];

/** "Science > Physics": Apple's whole, and whatever part of it. */
export function parsePodcastCategory(text: string): string | undefined {
  const [whole = '', ...parts] = text.split('>').map((part) => part.trim());
  if (!PODCAST_CATEGORIES.includes(whole) || parts.length > 1 || parts.includes('')) {
    return undefined;
  }
  return [whole, ...parts].join(' > ');
}
