export const tell = (sentence) => sentence('nobody-says-this');
