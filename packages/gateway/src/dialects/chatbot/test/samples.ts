/** The curl commands of document 004, as they stand there. */
export const SAMPLES = {
  sendwa: `curl --location 'https://{{bot_url}}/api/sendwa' \\
--header 'secretkey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"nohp": "628123xxxxxx",
"pesan": "Test kirim text",
"notifyurl": "https://yourdomain/your_notify_url"
}'`,
  sendmedia: `curl --location 'https://{{bot_url}}/api/sendmedia' \\
--header 'secretkey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"nohp": "628123xxxxxx",
"pesan": "Test kirim text",
"notifyurl":"https://yourdomain/your_notify_url",
"mediaurl":"https://yourdomain/yourmedia.pdf"
}'`,
  sendlocation: `curl --location 'https://{{bot_url}}/api/sendlocation' \\
--header 'secretkey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"nohp" :"628123xxxxxx",
"latitude" :"0.525960",
"longitude" :"101.426866",
"pesan" : "Kantor Pusat",
"notifyurl" : "https://yourdomain/your_notify_url"
}'`,
  sendcontact: `curl --location 'https://{{bot_url}}/api/sendcontact' \\
--header 'secretKey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"nohp": "628123xxxxxx",
"notifyurl" : "https://yourdomain/your_notify_url"
,
"contact" : {
"name":"Test",
"numbers":[
"628124xxxxxx","628125xxxxxx","628126xxxxxx"
]
}
}'`,
  sendwatogroup: `curl --location 'https://{{bot_url}}/api/sendwatogroup' \\
--header 'secretkey: {{secret_key}};' \\
--header 'Content-Type: application/json' \\
--data '{
"groupid": "120363xxxxxxxxxxx",
"pesan": "Test kirim text",
"notifyurl": "https://yourdomain/your_notify_url"
}'`,
  sendmediatogroup: `curl --location 'https://{{bot_url}}/api/sendmediatogroup' \\
--header 'secretkey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"groupid": "120363xxxxxxxxxxx",
"pesan": "Test kirim text",
"notifyurl": "https://yourdomain/your_notify_url",
"mediaurl": "https://yourdomain/yourmedia.pdf"
}'`,
  sendlocationtogroup: `curl --location 'https://{{bot_url}}/api/sendlocationtogroup' \\
--header 'secretkey: {{secret_key}};' \\
--header 'Content-Type: application/json' \\
--data '{
"groupid" : "120363xxxxxxxxxxx",
"latitude" : "0.525960",
"longitude" : "101.426866",
"pesan" : "Kantor Pusat",
"notifyurl" : "https://yourdomain/your_notify_url"
}'`,
  contactToGroup: `curl --location 'https://{{bot_url}}/api/sendcontact' \\
--header 'secretKey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"groupid": "120363xxxxxxxxxxx",
"notifyurl" : "https://yourdomain/your_notify_url"
,
"contact" : {
"name":"Test",
"numbers":[
"628124xxxxxx","628125xxxxxx","628126xxxxxx"
]
}
}'`,
  groups: `curl --location --request POST 'https://{{bot_url}}/api/groups' \\
--header 'secretkey: {{secret_key}}' \\
--data ''`,
  getqr: `curl --location --request POST 'https://{{bot_url}}/api/getqr/' \\
--header 'secretkey: {{secret_key}}' \\
--data ''`,
  checknumber: `curl --location 'https://{{bot_url}}/api/checknumber' \\
--header 'secretkey: {{secret_key}};' \\
--header 'Content-Type: application/json' \\
--data '{
"nohp":"628123xxxxxx"
}'`,
  // The HTTP sample of sendcontact names another path.
  sendcontactAsLocation: `curl --location 'https://{{bot_url}}/api/sendlocation' \\
--header 'secretKey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"nohp": "628123xxxxxx",
"notifyurl" : "https://yourdomain/your_notify_url"
,
"contact" : {
"name":"Test",
"numbers":[
"628124xxxxxx","628125xxxxxx","628126xxxxxx"
]
}
}'`,
  // The path that the document names, with the body of its sample.
  sendcontacttogroup: `curl --location 'https://{{bot_url}}/api/sendcontacttogroup' \\
--header 'secretKey: {{secret_key}}' \\
--header 'Content-Type: application/json' \\
--data '{
"groupid": "120363xxxxxxxxxxx",
"notifyurl" : "https://yourdomain/your_notify_url"
,
"contact" : {
"name":"Test",
"numbers":[
"628124xxxxxx","628125xxxxxx","628126xxxxxx"
]
}
}'`,
} as const

export type SampleName = keyof typeof SAMPLES
