// url. The URL and URLSearchParams that every script has, for those that import them.
const [Address, SearchParams] = [URL, URLSearchParams];

export { Address as URL, SearchParams as URLSearchParams };
