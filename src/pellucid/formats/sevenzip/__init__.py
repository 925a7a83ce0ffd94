"""7z archives (7-Zip's DOC/7zFormat.txt and DOC/Methods.txt): folders of packed streams, and the files in them."""
