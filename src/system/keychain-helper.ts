import keytar from 'keytar';
console.log(keytar);
